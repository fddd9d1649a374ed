"""Fuzzing: checks that hold for any input; few examples in the suite, millions on demand."""
