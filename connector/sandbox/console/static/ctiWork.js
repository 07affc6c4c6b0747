/** Sales Engagement: hvs.onWorkStart and hvs.completeWork. */

import { api } from "./api.js";
import { flag, object, recordId, rejected, text } from "./ctiErrors.js";
import { listener } from "./ctiHost.js";
import { toast } from "./toast.js";

export function workMethods({ workQueue, workspace }) {
  return {
    "hvs.onWorkStart": listener(),
    "hvs.completeWork": async (args) => {
      const workId = recordId(args, "workId");
      const attributes = object(args, "attributes");
      const done = {
        disposition: text(attributes, "disposition"),
        taskId: recordId(attributes, "taskId"),
        wasConnected: attributes.wasConnected === undefined ? true : flag(attributes, "wasConnected")
      };
      const step = await workQueue.find(workId);
      if (!step) throw rejected(`workId ${workId} is not a step of this user's Work Queue`);
      if (step.state === "done") {
        // A chore that one panel did and another repeats does no harm.
        if (step.taskId === done.taskId) return;
        throw rejected(`workId ${workId} was completed already, with the Task ${step.taskId}`);
      }
      await api.completeStep(workId, done);
      toast(`Work Queue: “${step.title}” with ${step.person} is done.`);
      await workQueue.load();
      if (workspace.place.kind === "workQueue") await workspace.refresh();
    }
  };
}

/** What the panel is told when a step's call button was pressed. */
export function workStart(step) {
  return {
    workId: step.id,
    completeWorkWhen: "TaskSaved",
    attributes: { to: step.number }
  };
}
