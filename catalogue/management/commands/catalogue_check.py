from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalogue import definitions, loader


class Command(BaseCommand):
    help = "Check the files of a process catalogue and list every problem with file and line. Nothing is stored."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="Folder with the YAML files of one version.")

    def handle(self, *, path: Path, **_: Any) -> None:
        body, problems = loader.examine(path)
        for problem in problems:
            self.stderr.write(f"{problem.file}:{problem.line} {problem.rule}: {problem.sentence}")
        if problems:
            raise CommandError(f"{len(problems)} to mend.")
        found = definitions.build(body)
        tasks = sum(len(phase.tasks) for phase in found.phases)
        self.stdout.write(f"{found.name} {found.version} is in order: {len(found.phases)} phases, {tasks} tasks.")
