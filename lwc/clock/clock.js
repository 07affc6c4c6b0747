/**
 * One clock for all timers of the page, set by the connector's time: two timers never tick apart, and a wrong clock on
 * the agent's machine shows right durations.
 */
/* eslint-disable @lwc/lwc/no-async-operation -- a clock ticks */

const JUMP = 1500;
const listeners = new Set();
let ahead = 0;
let isSet = false;
let timer;

/** Milliseconds since 1970, as the connector counts them. */
export function now() {
  return Date.now() + ahead;
}

/**
 * Sets the clock by the connector's `now`. A message that was long on its way says too little, so only a later time or
 * a jump (the machine's clock was changed, the machine slept) is taken over.
 */
export function correct(theirs) {
  const found = theirs - Date.now();
  if (!isSet || found > ahead || ahead - found > JUMP) {
    ahead = found;
    isSet = true;
    restart();
  }
}

/** Calls `listener` at each full second until the returned function is called. */
export function everySecond(listener) {
  listeners.add(listener);
  restart();
  return () => {
    listeners.delete(listener);
    restart();
  };
}

function restart() {
  clearTimeout(timer);
  timer = undefined;
  if (listeners.size) {
    timer = setTimeout(tick, 1000 - (now() % 1000));
  }
}

function tick() {
  restart();
  for (const listener of [...listeners]) {
    listener();
  }
}
