/** The list that people start from. It is shown, never written into a repository. */

/** Checkboxes with ids in two phases; reads without any diagnostic. */
export const template = `# Tasks

<!--
How to write this list

One checkbox is one task: one change by the agent, one commit. An open task is \`- [ ]\`, a done one \`- [x]\`.
Only a finished task is ticked, by the runner; you may edit this file at any time.

- Give every task an id of its own. Without an id, its title is its name.
- (Dependencies: [1.1]) names what has to be done first: tasks, or a phase for all of its tasks.
- \`- [ ]*\` marks an optional task, which runs only when it is asked for by its id.
- (Priority: high) lets a task run before others that are ready; otherwise they run in this order.
- What stands below a task goes to the agent: what to do, Files, Criteria.
-->

## Phase 1: Foundations

- [ ] 1.1 Set up the project so that the build passes (Dependencies: [])
  - Keep what is there; add only what the build needs.
  - Files: package.json, tsconfig.json
  - Criteria: \`npm run build\` succeeds in a fresh clone
- [ ] 1.2 Add a test runner with a first test (Dependencies: [1.1])

## Phase 2: First feature

- [ ] 2.1 Describe the feature in one sentence (Dependencies: [1])
  - Say what a user can do afterwards, and what happens when it goes wrong.
  - Criteria: the new behaviour has a test
- [ ] 2.2 Document the feature in the README (Dependencies: [2.1])
- [ ]* 2.3 Add an example (Dependencies: [2.1])
`
