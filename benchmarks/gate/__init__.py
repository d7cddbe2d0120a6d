"""What no change may worsen by more than 15 %: `make bench-gate` compares it with `benchmarks/limits.toml`."""
