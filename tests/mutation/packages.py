"""The packages that mutation testing changes, each with the tests of its own."""

from __future__ import annotations

TESTS: dict[str, tuple[str, ...]] = {
    "wire": (
        "tests/unit",
        "tests/integrations/test_rules_from_settings.py",
        "tests/mapping/test_config.py",
    ),
    "transport": (
        "tests/transport/test_retry.py",
        "tests/unit/test_auth.py",
        "tests/unit/test_call.py",
        "tests/unit/test_canary.py",
        "tests/unit/test_client.py",
        "tests/unit/test_connections.py",
        "tests/unit/test_errors.py",
        "tests/unit/test_log_redaction.py",
        "tests/unit/test_page_size.py",
        "tests/unit/test_preview.py",
        "tests/unit/test_redaction.py",
        "tests/unit/test_resource_canary.py",
        "tests/unit/test_response.py",
        "tests/unit/test_session.py",
        "tests/unit/test_tracebacks.py",
        "tests/unit/test_verb_matrix.py",
    ),
    "paging": (
        "tests/unit/test_frames_and_tables.py",
        "tests/unit/test_incomplete_listings.py",
        "tests/unit/test_page_size.py",
        "tests/unit/test_paging.py",
        "tests/unit/test_reading_in_parallel.py",
    ),
    "mapping": ("tests/mapping", "tests/push/test_consent.py", "tests/push/test_spellings.py"),
    "sources": ("tests/sources", "tests/push/test_row_sources.py", "tests/cli/test_sources.py"),
    "push": ("tests/push", "tests/cli/test_doctor.py"),
    "integrations": ("tests/integrations",),
}
