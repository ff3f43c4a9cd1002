"""Jobs, their results, and the tally of what passed and failed."""
import re
import threading
from dataclasses import dataclass, field
from typing import Callable

# A sanitizer's finding is a bug even if it shows once only: no second run excuses it.
SANITIZER_REPORT = re.compile(r"(Address|Leak|Thread|UndefinedBehavior)Sanitizer|runtime error:")


@dataclass
class Result:
    """Of one program or test; count: the tests in it, where it counts them."""
    name: str
    passed: bool
    seconds: float
    count: int = 1
    output: str = ""


@dataclass
class Job:
    """Something that runs by itself and gives results. work gets the suffix of its log's name."""
    stage: str
    name: str
    work: Callable[[str], list]
    again: bool = True  # whether a second run may excuse a failure
    failed: dict = field(default_factory=dict)


class Tally:
    """What passed and failed so far. Jobs report from several threads."""

    def __init__(self):
        self.lock = threading.Lock()
        self.passed, self.failed, self.unsteady, self.jobs = 0, [], [], []

    def show(self, stage, result, note=""):
        many = f" ({result.count} tests)" if result.count != 1 else ""
        print(f"{'ok  ' if result.passed else 'FAIL'} {stage} {result.name}{many} {result.seconds:.2f}s{note}",
              flush=True)
        if not result.passed:
            print("\n".join("     | " + line for line in result.output.strip().splitlines()[-60:]), flush=True)

    def add(self, job, results):
        with self.lock:
            self.jobs.append(job)
            for result in results:
                self.show(job.stage, result)
                self.passed += result.count if result.passed else result.count - 1
                if not result.passed:
                    self.failed.append(f"{job.stage} {result.name}")
                    job.failed[result.name] = result

    def run_again(self):
        """Nothing else runs now."""
        for job in [job for job in self.jobs if job.failed and job.again]:
            for turn in ("again", "once-more"):
                open_ones = [r for r in job.failed.values() if not SANITIZER_REPORT.search(r.output)]
                if not open_ones:
                    break
                results = {r.name: r for r in job.work("-" + turn)}
                for result in results.values():
                    self.show(job.stage, result, f", {turn.replace('-', ' ')}")
                self.unsteady += [f"{job.stage} {r.name}" for r in results.values()
                                  if not r.passed and r.name not in job.failed]
                for before in open_ones:
                    now = results.get(before.name)
                    if now.passed if now else all(r.passed for r in results.values()):
                        del job.failed[before.name]
                        self.failed.remove(f"{job.stage} {before.name}")
                        self.unsteady.append(f"{job.stage} {before.name}")
                        self.passed += 1


TALLY = Tally()
