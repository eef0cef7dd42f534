"""Documents as Markdown: headings are headings, and nothing foreign is markup."""

from __future__ import annotations

from jobsync_tui.documents.document import BLANK, Section, head, line
from jobsync_tui.documents.markdown import as_markdown


def test_the_first_line_is_the_title_heads_are_headings_and_sections_are_open() -> None:
    inner = Section("s", (line("short"),), (head("INNER"), line("   a  b")))
    assert as_markdown((line("Check"), line(" one"), BLANK, head("PART", "2"), inner)) == (
        "# Check\n\n```text\n one\n```\n\n## PART  2\n\n## INNER\n\n```text\n   a  b\n```\n"
    )


def test_foreign_text_cannot_leave_its_block_or_be_markup_in_a_title() -> None:
    text = as_markdown((line("Job <b>*x*</b> [a](http://e)"), line("before"), line("````"), line("# not a heading")))
    assert text.splitlines()[0] == r"# Job \<b>\*x\*\</b> \[a\](http://e)"
    assert text.splitlines()[2:] == ["`````text", "before", "````", "# not a heading", "`````"]


def test_where_a_job_is_reads_in_a_chat_as_it_does_on_the_screen() -> None:
    assert as_markdown((line("Acme Health (Jobvite) > job 4011"),)) == "# Acme Health (Jobvite) > job 4011\n"
