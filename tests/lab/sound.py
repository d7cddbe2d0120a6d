"""A sound server of its own, whose speakers are plugged in and pulled out, and whose sound can be measured."""

import array
import os
import subprocess

from tests.services import Service, find_binary

RATE = 8000


class SoundServer(Service):
    """A PulseAudio with speakers that lead nowhere. Browsers started with `variables` play there."""

    name = "sound"

    def command(self) -> list[str]:
        modules = [f"module-native-protocol-unix auth-anonymous=1 socket={self.folder / 'socket'}"]
        options = ["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes"]
        return [find_binary("pulseaudio"), *options, *(f"--load={module}" for module in modules)]

    def environment(self) -> dict[str, str]:
        return {**super().environment(), "XDG_RUNTIME_DIR": str(self.folder), "HOME": str(self.folder)}

    @property
    def variables(self) -> dict[str, str]:
        """What a program needs in its environment to play here."""
        return {**os.environ, "PULSE_SERVER": f"unix:{self.folder / 'socket'}"}

    def ready(self) -> bool:
        return self._control("info", check=False).returncode == 0

    def plug_in(self, name: str) -> None:
        """Add a speaker."""
        self._control(
            "load-module", "module-null-sink", f"sink_name={name}", f"sink_properties=device.description={name}"
        )

    def pull_out(self, name: str) -> None:
        """Remove a speaker, with whatever plays on it."""
        for line in self._control("list", "short", "modules").stdout.splitlines():
            if f"sink_name={name} " in f"{line} ":
                self._control("unload-module", line.split()[0])

    def loudness(self, name: str, seconds: float = 0.5) -> float:
        """Listen to what a speaker plays, and return its mean amplitude: 0 (silence) to 32767."""
        size = int(RATE * seconds) * 2
        command = [
            find_binary("parec"),
            "-d",
            f"{name}.monitor",
            f"--rate={RATE}",
            "--channels=1",
            "--format=s16le",
            "--raw",
        ]
        with subprocess.Popen(
            command, env=self.variables, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as listening:
            assert listening.stdout
            samples = array.array("h", listening.stdout.read(size))
            listening.terminate()
        return sum(abs(sample) for sample in samples) / max(1, len(samples))

    def _control(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [find_binary("pactl"), *words], env=self.variables, check=check, capture_output=True, text=True
        )
