from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("review", "0003_improving_and_keeping")]

    operations = [
        migrations.CreateModel(
            name="Cached",
            fields=[
                ("cache_key", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("value", models.TextField()),
                ("expires", models.DateTimeField(db_index=True)),
            ],
            options={"db_table": "review_cache", "default_permissions": ()},
        ),
    ]
