"""What `eyebridge doctor` looks at: a function each, which gives findings and changes nothing."""

from bridge.checks.finding import Finding, ok, problem, warning

__all__ = ["Finding", "ok", "problem", "warning"]
