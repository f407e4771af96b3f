# Sets everything up in .venv (once) and plays the bundled recording; arguments go to `eyebridge demo`.
$ErrorActionPreference = "Stop"
Set-Location (Join-Path $PSScriptRoot "..")
$python = if ($env:PYTHON) { $env:PYTHON } else { "python" }
if (-not (Test-Path ".venv\Scripts\eyebridge.exe")) {
    & $python -c "import sys; sys.exit(sys.version_info < (3, 11))"
    if ($LASTEXITCODE -ne 0) { Write-Error "eyebridge needs Python 3.11 or later; set `$env:PYTHON to one" }
    & $python -m venv .venv
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
    & .venv\Scripts\python.exe -m pip install --quiet --editable .
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}
& .venv\Scripts\eyebridge.exe demo @args
exit $LASTEXITCODE
