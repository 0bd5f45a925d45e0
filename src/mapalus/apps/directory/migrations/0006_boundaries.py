import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0005_citizen_phone"),
    ]

    operations = [
        migrations.CreateModel(
            name="BoundarySet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "province"),
                            (2, "kabupaten or kota"),
                            (3, "kecamatan"),
                            (4, "desa or kelurahan"),
                        ],
                        unique=True,
                    ),
                ),
                ("file_name", models.CharField(max_length=160)),
                ("sha256", models.CharField(help_text="of the file as it was given", max_length=64)),
                (
                    "source",
                    models.CharField(
                        help_text="who made the boundaries, and when; shown under every map", max_length=240
                    ),
                ),
                ("licence", models.CharField(max_length=120)),
                ("regions", models.PositiveIntegerField(help_text="how many have a boundary")),
                ("corners", models.PositiveIntegerField(help_text="kept of those the file had")),
                ("imported_at", models.DateTimeField()),
                ("imported_by", models.CharField(help_text="label of the actor", max_length=200)),
            ],
            options={
                "ordering": ["level"],
            },
        ),
        migrations.CreateModel(
            name="Boundary",
            fields=[
                ("code", models.CharField(max_length=13, primary_key=True, serialize=False)),
                ("parent", models.CharField(help_text="code of the region it lies in", max_length=13)),
                (
                    "rings",
                    models.TextField(
                        help_text="JSON: rings of longitude and latitude in 1/100,000 degree; even-odd"
                    ),
                ),
                (
                    "of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="boundaries",
                        to="directory.boundaryset",
                    ),
                ),
            ],
            options={
                "ordering": ["code"],
                "indexes": [models.Index(fields=["parent"], name="boundary_parent")],
            },
        ),
    ]
