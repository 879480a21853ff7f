/**
 * How aider is started: a shell script that finds the Python of an installed aider, and a small program in that
 * Python which closes what no argument of aider's closes.
 *
 * Of aider 0.86.2 it is known which of its functions read the checkout's own settings and which let a reply write, so
 * there they are replaced. Any other version runs as it is, but for what holds for all of them.
 */
import { findProgramFunction } from "../findProgram.ts"

/** The version that the launcher guards, and that is tested. */
export const pinnedVersion = "0.86.2"

/** The Pythons that its packages are made for. */
export const pythonVersions = ">=3.10,<3.13"

/** Exit codes of the scripts below, for what keeps aider from starting at all. */
export const startFailures = { noProgram: 96, noPython: 97 } as const

/** Names in the scratch directory. */
export const scratchNames = {
  start: "start.sh",
  launcher: "launcher.py",
  prompt: "prompt.md",
  modelSettings: "model-settings.yml",
  config: "config.yml",
  analytics: "analytics.jsonl",
  llmHistory: "llm-history.md",
  chatHistory: "chat-history.md",
  inputHistory: "input-history",
  failures: "failures.jsonl"
} as const

/**
 * `start.sh PROGRAM ARGUMENT…`: runs `python ARGUMENT…` with the Python that PROGRAM's first line names, or that lies
 * beside it; `-I` keeps the checkout and PYTHON* variables out of Python's path.
 */
export const startScript = `${findProgramFunction}
program=$(find_program "$1") || { echo "aider: there is no executable program \\"$1\\"" >&2; exit ${startFailures.noProgram}; }
real=$(readlink -f "$program") || real=$program
first=
IFS= read -r first < "$real" 2> /dev/null
first=\${first%"$(printf '\\r')"}
python=
case $first in
  '#!'*/env\\ *python*) python=$(find_program "\${first##*[ /]}") ;;
  '#!'*python*) python=\${first#'#!'}; python=\${python# }; python=\${python%% -*} ;;
esac
for candidate in "$python" "\${real%/*}/python3" "\${real%/*}/python"; do
  if [ -n "$candidate" ] && [ -f "$candidate" ] && [ -x "$candidate" ]; then
    shift
    exec "$candidate" -I -u -X utf8 "$@"
  fi
done
echo "aider: cannot tell which Python runs $program" >&2
exit ${startFailures.noPython}
`

/** `launcher.py AIDER-ARGUMENT…`, in the scratch directory, with the checkout as working directory. */
export const launcherScript = `"""Starts aider where neither the checkout nor the model's reply is trusted."""
import gc
import json
import os
import sys
import time
from pathlib import Path

scratch = Path(sys.argv[0]).resolve().parent
root = Path.cwd().resolve()
sys.argv[0] = "aider"
# Some hundred thousand objects are loaded: looking for garbage among them takes a fifth of the start.
gc.set_threshold(100_000, 20, 20)
try:
    import aider.main as m
    from aider import __version__, io, models, repomap, utils
    from aider.coders import base_coder as bc
except ImportError as error:
    print(f"aider: {sys.executable} cannot load it: {error}", file=sys.stderr)
    sys.exit(${startFailures.noPython})

asks_version = sys.argv[1:] == ["--version"]
prompt_file = scratch / "${scratchNames.prompt}"
prompt = "" if asks_version else prompt_file.read_text(encoding="utf-8")


def without_listing(text, files):
    """A prompt lists all files; only those that it speaks of are to join the chat."""
    lines = text.split("\\n")
    return "\\n".join(l for l in lines if l not in files and "do not edit" not in l.lower())


def closed(path):
    """Whether nothing may be read or written there."""
    path = Path(path).resolve()
    if not path.is_relative_to(root):
        return True
    return any(part.lower() == ".git" for part in path.relative_to(root).parts)


def has_crlf(path):
    try:
        with open(path, "rb") as f:
            return f.readline().endswith(b"\\r\\n")
    except OSError:
        return False


def record_failures():
    """What the provider answered, with the header that says when to come back: aider prints only the text."""
    send = models.Model.send_completion

    def send_completion(self, *args, **kwargs):
        try:
            return send(self, *args, **kwargs)
        except Exception as error:
            status = getattr(error, "status_code", None)
            headers = getattr(error, "litellm_response_headers", None) or {}
            with open(scratch / "${scratchNames.failures}", "a", encoding="utf-8") as f:
                failure = {
                    "name": type(error).__name__,
                    "status": status if isinstance(status, int) else None,
                    "message": str(error)[:4000],
                    "retryAfter": headers.get("retry-after"),
                    "atMs": int(time.time() * 1000),
                }
                f.write(json.dumps(failure) + "\\n")
            raise

    models.Model.send_completion = send_completion


def guard():
    parser = m.get_parser
    allowed = bc.Coder.allowed_to_edit
    mentions = bc.Coder.get_file_mentions
    tracked = bc.Coder.get_all_relative_files
    write = io.InputOutput.write_text

    def allowed_to_edit(self, path):
        full = Path(self.abs_root_path(path)).resolve()
        read_only = {Path(p).resolve() for p in self.abs_read_only_fnames}
        if closed(full) or full in read_only:
            self.io.tool_error(f"Refused edit to {path}")
            return False
        return allowed(self, path)

    def get_file_mentions(self, content, *args, **kwargs):
        if prompt and prompt in content:
            files = set(self.get_all_relative_files())
            content = content.replace(prompt, without_listing(prompt, files))
        return mentions(self, content, *args, **kwargs)

    def get_all_relative_files(self):
        """Without links that leave the checkout: what they lead to is neither mapped nor shown to the model."""
        return [f for f in tracked(self) if not (os.path.islink(root / f) and closed(root / f))]

    def write_text(self, filename, *args, **kwargs):
        if closed(filename):
            raise PermissionError(f"Refused edit to {filename}")
        newline = self.newline
        if has_crlf(filename):
            self.newline = "\\r\\n"
        try:
            return write(self, filename, *args, **kwargs)
        finally:
            self.newline = newline

    m.get_parser = lambda files, git_root: parser([], git_root)
    m.load_dotenv_files = lambda *args, **kwargs: []
    m.generate_search_path_list = lambda name, git_root, given: [given] if given else []
    utils.find_common_root = lambda names: str(root)
    bc.RETRY_TIMEOUT = 2
    bc.Coder.allowed_to_edit = allowed_to_edit
    bc.Coder.get_file_mentions = get_file_mentions
    bc.Coder.get_all_relative_files = get_all_relative_files
    io.InputOutput.write_text = write_text


def guard_unknown():
    """Only what is no business of aider's own code: its settings files, by the library that reads them."""
    import configargparse

    init = configargparse.ArgumentParser.__init__

    def without_files(self, *args, **kwargs):
        kwargs["default_config_files"] = []
        init(self, *args, **kwargs)

    configargparse.ArgumentParser.__init__ = without_files
    if not asks_version:
        there = {l for l in prompt.split("\\n") if l and (root / l).is_file()}
        prompt_file.write_text(without_listing(prompt, there), encoding="utf-8")


if __version__ == "${pinnedVersion}":
    guard()
else:
    guard_unknown()
if hasattr(models.Model, "send_completion"):
    record_failures()
repomap.RepoMap.TAGS_CACHE_DIR = str(scratch / "tags")
sys.exit(m.main())
`
