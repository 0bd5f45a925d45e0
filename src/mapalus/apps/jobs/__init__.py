"""Work nobody waits for: jobs that survive their worker, schedules, progress. Jobs call actions and hold no logic."""
