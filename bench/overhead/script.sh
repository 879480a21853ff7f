#!/bin/sh
# What a person would write instead of the runner: the same git and npm work, and nothing to survive a crash with.
# Usage: script.sh <remote> <agent> <number of tasks> <empty working directory>
set -eu
remote=$1 agent=$2 count=$3 work=$4
git clone --quiet "$remote" "$work/clone"
cd "$work/clone"
id=1
while [ "$id" -le "$count" ]; do
  git fetch --quiet origin
  git worktree add --quiet --detach "$work/task" origin/main
  cd "$work/task"
  title=$(sed -n "s/^- \[ \] $id //p" TASKS.md)
  printf 'Task %s: %s\n' "$id" "$title" > "$work/prompt.md"
  DEVTEAM_TASK_ID=$id "$agent" "$work/prompt.md" > "$work/agent.log" 2>&1
  sed -i "s/^- \[ \] $id /- [x] $id /" TASKS.md
  npm ci > "$work/npm.log" 2>&1
  npm run build >> "$work/npm.log" 2>&1
  git add --all
  git -c user.name=Bench -c user.email=bench@example.com commit --quiet --message "$id: $title"
  git push --quiet origin HEAD:main
  cd "$work/clone"
  git worktree remove --force "$work/task"
  id=$((id + 1))
done
