"""A real worker process for tests."""

import django

if __name__ == "__main__":
    django.setup()
    from mapalus.apps.jobs import worker

    worker.run()
