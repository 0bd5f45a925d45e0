"""Everything that waits for somebody: one case model for all packs, moved only by what the pack's process allows."""
