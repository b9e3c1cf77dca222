from django.core.management import call_command
from django.db import migrations


def make(apps, schema_editor):
    call_command("createcachetable", "review_cache", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("review", "0003_improving_and_keeping")]

    operations = [
        migrations.RunPython(make, lambda apps, schema_editor: schema_editor.execute("DROP TABLE review_cache"))
    ]
