"""The table of values as it was before they were kept a row for each indicator and version: 0010 took them over."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0011_read_tokens_followers")]
    operations = [migrations.DeleteModel(name="IndicatorValue")]
