"""A real Apache Kafka for tests: one KRaft node from Maven Central's jars, in a folder of its own, on loopback."""

import base64
import contextlib
import ctypes
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

from kafka.admin import KafkaAdminClient

VERSION = "4.4.0"

POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>hearout.tests</groupId><artifactId>broker</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{VERSION}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
"""

#: Short sessions are allowed, so that tests need not wait for a lost consumer for a minute.
PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs={logs}
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
auto.create.topics.enable=false
"""


class BrokerFailed(Exception):
    """The broker did not come up; the message ends with its log."""


def missing() -> str | None:
    """What this machine lacks to run the broker, or None."""
    lacking = [program for program in ("java", "mvn") if shutil.which(program) is None]
    return " and ".join(lacking) or None


def jars() -> Path:
    """Folder with Kafka's jars, fetched once per user. Several test processes may ask at the same time."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hearout" / f"kafka-{VERSION}"
    lib = home / "lib"
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if lib.is_dir():
            return lib
        fetched = Path(tempfile.mkdtemp(dir=home))
        try:
            (fetched / "pom.xml").write_text(POM)
            command = ["mvn", "-q", "-B", "dependency:copy-dependencies", f"-DoutputDirectory={fetched / 'lib'}"]
            for last in (False, True):
                done = subprocess.run(command, cwd=fetched, capture_output=True, text=True, timeout=300)
                if done.returncode == 0:
                    break
                if last:
                    raise BrokerFailed(
                        f"Maven could not fetch Kafka {VERSION}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
                    )
            (fetched / "lib").rename(lib)
        finally:
            shutil.rmtree(fetched, ignore_errors=True)
    return lib


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


class Broker:
    """Starts, stops, kills and starts again on the same ports and data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.controller = free_ports(2)
        self.address = f"127.0.0.1:{self.port}"
        self.log = folder / "broker.log"
        self._properties = folder / "server.properties"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, seconds: float = 60) -> None:
        """Returns once the broker answers. Raises `BrokerFailed`."""
        if not self._properties.exists():
            logs = self.folder / "data"
            self._properties.write_text(PROPERTIES.format(port=self.port, controller=self.controller, logs=logs))
            # One that begins with a dash would be taken for an option.
            cluster = "A" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")[1:]
            done = self._java(
                "kafka.tools.StorageTool", "format", "--standalone", "-t", cluster, "-c", str(self._properties)
            )
            if done.wait(seconds):
                raise BrokerFailed(f"the storage of the broker could not be formatted:\n{self.tail()}")
        self._process = self._java("kafka.Kafka", str(self._properties))
        deadline = time.monotonic() + seconds
        while not self.answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise BrokerFailed(f"the broker did not answer within {seconds:.0f} s:\n{self.tail()}")
            time.sleep(0.1)  # between two probes, under the deadline above

    def stop(self) -> None:
        """An orderly shutdown; SIGKILL if that takes longer than 15 seconds."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                pass
            admin = KafkaAdminClient(bootstrap_servers=self.address, bootstrap_timeout_ms=2000, request_timeout_ms=2000)
            try:
                return bool(admin.describe_cluster()["brokers"])
            finally:
                admin.close()
        except Exception:
            return False  # whatever it says, it is not ready

    def tail(self, characters: int = 4000) -> str:
        return self.log.read_text(errors="replace")[-characters:] if self.log.exists() else "(no log)"

    def _java(self, main: str, *arguments: str) -> subprocess.Popen[bytes]:
        java = [
            "java", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-cp", f"{jars()}/*", main, *arguments,
        ]  # fmt: skip
        with self.log.open("ab") as log:
            return subprocess.Popen(
                java, cwd=self.folder, stdout=log, stderr=log, start_new_session=True, preexec_fn=_die_with_parent
            )

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(15)


def _die_with_parent() -> None:
    """Linux: the broker goes when the tests are killed, too."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
