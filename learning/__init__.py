"""The loop that makes the next model: what is worth a look, corrections, trainings, the gate."""
