"""Queue one slow job (`put FOLDER SECONDS`) or tell how it stands (`look`), as JSON."""

import json
import sys

import django

if __name__ == "__main__":
    django.setup()
    from mapalus.apps.jobs.job import enqueue
    from mapalus.apps.jobs.models import Job
    from tests.apps.jobs.work import slow

    if sys.argv[1] == "put":
        enqueue(slow, sys.argv[2], float(sys.argv[3]))
    else:
        # Recurring jobs may have joined it.
        job = Job.objects.select_related("task").get(task__task_path__endswith=".slow")
        print(json.dumps({"state": job.state, "attempt": job.attempt, "done": job.done, "worker": job.worker}))
