"""The index of the leader's words, in the way of each kind of database (review/search.py)."""

from django.db import migrations

POSTGRESQL = (
    # A tsvector holds at most 1 MB, and a sign takes up to eight bytes in it (a compound is kept whole and in parts). A
    # conversation that is longer than this is still stored, and found by its beginning.
    """ALTER TABLE review_conversationtext ADD COLUMN searchable tsvector
       GENERATED ALWAYS AS (to_tsvector('dutch', left(text, 100000))) STORED""",
    "CREATE INDEX review_conversationtext_searchable ON review_conversationtext USING gin (searchable)",
)
# FTS5 reads the text from its table: a migration that makes that table anew must make the triggers anew too.
SQLITE = (
    """CREATE VIRTUAL TABLE review_words USING fts5(
       text, content='review_conversationtext', content_rowid='id', tokenize='unicode61 remove_diacritics 2')""",
    "INSERT INTO review_words(review_words) VALUES ('rebuild')",
    """CREATE TRIGGER review_words_added AFTER INSERT ON review_conversationtext BEGIN
       INSERT INTO review_words(rowid, text) VALUES (new.id, new.text); END""",
    """CREATE TRIGGER review_words_removed AFTER DELETE ON review_conversationtext BEGIN
       INSERT INTO review_words(review_words, rowid, text) VALUES ('delete', old.id, old.text); END""",
    """CREATE TRIGGER review_words_changed AFTER UPDATE ON review_conversationtext BEGIN
       INSERT INTO review_words(review_words, rowid, text) VALUES ('delete', old.id, old.text);
       INSERT INTO review_words(rowid, text) VALUES (new.id, new.text); END""",
)
POSTGRESQL_BACK = ("ALTER TABLE review_conversationtext DROP COLUMN searchable",)
SQLITE_BACK = (
    *(f"DROP TRIGGER review_words_{what}" for what in ("added", "removed", "changed")),
    "DROP TABLE review_words",
)


def forwards(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def backwards(apps, schema_editor):
    for statement in POSTGRESQL_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("review", "0001_initial")]

    operations = [migrations.RunPython(forwards, backwards)]
