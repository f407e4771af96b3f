# Sets everything up in .venv and passes every check; arguments go to pytest.
$ErrorActionPreference = "Stop"
Set-Location (Join-Path $PSScriptRoot "..")
$python = if ($env:PYTHON) { $env:PYTHON } else { "python" }
if (-not (Test-Path ".venv\Scripts\python.exe")) { & $python -m venv .venv }
$checks = @(
    @("-m", "pip", "install", "--quiet", "--editable", ".[test]"),
    @("-m", "ruff", "check", "."),
    @("-m", "ruff", "format", "--check", "."),
    @("-m", "mypy"),
    (@("-m", "pytest") + $args)
)
foreach ($check in $checks) {
    & .venv\Scripts\python.exe @check
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}
