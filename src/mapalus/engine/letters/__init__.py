"""Official letters (naskah dinas): their text as packs write it, their numbers, their paper."""
