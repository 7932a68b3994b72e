"""The command that checks one registration for a person at the counter, or for a program."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from features.registration import DocumentType, Sex
from service.arguments import POPULATION, Commands, Parser, command, moment
from service.evidence_words import Language
from service.settings import Settings
from service.words import said

_COLUMNS = (
    "document_number",
    "full_name",
    "birth_date",
    "sex",
    "address",
    "document_issued_on",
    "document_type",
    "registered_at",
)


def check(commands: Commands[Parser]) -> None:
    """Checks one registration and explains the verdict."""
    parser = command(
        commands,
        "check",
        "Đối chiếu một hồ sơ và giải thích kết quả. Đọc FILE, đầu vào chuẩn (-) hoặc các tùy chọn, và cơ sở dữ liệu dân cư đang dùng; không ghi gì. Những gì gõ trên dòng lệnh nằm lại trong lịch sử của shell: nên đưa thông tin cá nhân qua đầu vào chuẩn. Kết luận thế nào cũng trả mã 0, kể cả khi chưa hỏi được cơ sở dữ liệu.",
        "Checks one registration and explains the verdict. Reads FILE, standard input (-) or options, and the register in force; writes nothing. What is typed on a command line stays in the shell's history: hand personal data over on standard input. The exit code is 0 whatever the verdict, also where the register could not be asked.",
    )
    source = said(
        "một đối tượng JSON như của API, - là đầu vào chuẩn; tùy chọn ghi đè lên",
        "one JSON object as the API takes it, - is standard input; options are laid over it",
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help=source)
    _typed(parser)
    parser.add_argument("--population", type=Path, metavar="FILE", help=said(*POPULATION))
    shown = said("hiện cả giá trị của cơ sở dữ liệu", "show the register's own values, too")
    parser.add_argument("--show-register", action="store_true", help=shown)
    parser.add_argument("--language", choices=["vi", "en"], help=said("ngôn ngữ", "language"))
    form = said("câu trả lời JSON cho chương trình", "the answer as JSON, for programs")
    parser.add_argument("--json", action="store_true", help=form)
    parser.set_defaults(run=_run)


def _typed(parser: Parser) -> None:
    """One option a column that a check looks at."""
    choices = {"sex": Sex, "document_type": DocumentType}
    for column in _COLUMNS:
        option = f"--{column.replace('_', '-')}"
        if column in choices:
            parser.add_argument(option, choices=[member.value for member in choices[column]])
        elif column == "registered_at":
            now = said("mặc định: bây giờ", "default: now")
            parser.add_argument(option, type=moment, metavar="T", help=now)
        else:
            parser.add_argument(option, metavar="TEXT")


def _run(settings: Settings, options: argparse.Namespace) -> int:
    from service.checking import answer, typed

    given = {column: getattr(options, column) for column in _COLUMNS}
    registration = typed.registration(options.file, given, datetime.now(UTC))
    made = answer.check(settings, registration, options.population)
    if options.json:
        form = answer.form(made, with_register=options.show_register)
        json.dump(form, sys.stdout, ensure_ascii=False, indent=2)
        sys.stdout.write("\n")
    else:
        from service.checking.table import show

        language: Language = "vi" if (options.language or said("vi", "en")) == "vi" else "en"
        show(made, language, with_register=options.show_register)
    return 0
