/**
 * The sample lists with what comes of each, told by hand: the order of its tasks, and its text when all is done.
 */

/** Ticks the checkboxes of items, outside of code; what is optional stays. */
const boxes = (text: string): string => {
  let isCode = false
  return text
    .split("\n")
    .map((line) => {
      if (line.startsWith("```")) isCode = !isCode
      return isCode ? line : line.replace(/^(\s*(?:[-*+]|\d+\.) \[)[ -](\] )/, "$1x$2")
    })
    .join("\n")
}

/** A list, and what is to come of it. */
export interface Sample {
  readonly file: string
  /** Where the list lies in its repository. */
  readonly path: string
  /** It is not found by its name. */
  readonly isNamed?: true
  /** Begins of the commits' subjects without the id, or with it where the list has ids. */
  readonly order: ReadonlyArray<string>
  readonly finished: (text: string) => string
}

/** All of them. */
export const samples: ReadonlyArray<Sample> = [
  {
    file: "kiro.md",
    path: ".kiro/specs/documents/tasks.md",
    order: [
      "3.1: Implement the connection",
      "2.1: Create",
      "2.2: Implement the user",
      "2.4: Implement the document",
      "3.2: Implement the repository",
      "4.1: Add the routes",
      "4.2: Add authentication",
      "5: Write the deployment"
    ],
    finished: boxes
  },
  {
    file: "specKit.md",
    path: "specs/001-photo-albums/tasks.md",
    order: [
      "T002: Initialize",
      "T003: Configure",
      "T004: Setup",
      "T005: Implement the storage",
      "T006: Contract",
      "T007: Create Album",
      "T008: Implement AlbumService",
      "T009: Add drag",
      "T010: Persist",
      "T011: Documentation",
      "T012: Run"
    ],
    finished: boxes
  },
  {
    file: "wbsPhases.md",
    path: "wbs.md",
    order: [
      "2.1: Events",
      "2.2: Seat maps",
      "2.3: Search",
      "3.1: Hold",
      "3.2: Payment",
      "3.3: Tickets",
      "4.1: Health",
      "4.2: Daily"
    ],
    finished: (text) => text.replace(/^- (?=[2-4]\.\d )/gm, "- [x] ")
  },
  {
    file: "wbsHeadings.md",
    path: "docs/tasks.md",
    order: [
      "1.2: Process map",
      "2.1: Choose",
      "2.2: Firmware",
      "2.3: Enrol",
      "3.1.1: Interface",
      "3.1.2: Stock",
      "3.2.1: Scan",
      "3.2.2: Offline",
      "4.1: Pilot",
      "4.2: Training"
    ],
    finished: boxes
  },
  {
    file: "plainCheckboxes.md",
    path: "TASKS.md",
    order: [
      "Compress the images",
      "Add a dark theme",
      "Remove the tracking",
      "Rotate",
      "Limit uploads",
      "Reject",
      "Add a page",
      "Translate",
      "Compress the images"
    ],
    finished: boxes
  },
  {
    file: "nestedIds.md",
    path: "task_list.md",
    order: [
      "2.2: Send",
      "2.3: Collect",
      "3.1: Read",
      "3.2.1: One row",
      "3.2.2: Save",
      "4.1: Count",
      "4.2: Alert",
      "5.0: Tell"
    ],
    finished: boxes
  },
  {
    file: "taskFields.md",
    path: "task_lists.md",
    order: [
      "2.1: Describe",
      "1.2: Read XLSX",
      "2.2: Apply",
      "3.1: Write",
      "2.3: Suggest",
      "3.2: Swap",
      "3.3: Report",
      "1.3: Guess"
    ],
    finished: (text) => boxes(text).replace(/(\*\*Status\*\*: )(?:pending|in-progress)/g, "$1done")
  },
  {
    file: "agentTasks.md",
    path: "tasks.md",
    order: [
      "3: Rate limit",
      "2: Store",
      "8: Sign out",
      "5: Roles",
      "6: Invite",
      "9: Write the handbook",
      "4: Audit",
      "7: Remove"
    ],
    finished: (text) => boxes(text).replace(/🔴 Not Started|🟡 In Progress/gu, "✅ Completed")
  },
  {
    file: "numbered.md",
    path: "docs/migration.md",
    isNamed: true,
    order: [
      "2: Send",
      "3: Record",
      "4.1: Receive",
      "4.2: Mark",
      "4.3: Show",
      "5: Compare",
      "6: Switch",
      "7: Remove",
      "8: Delete",
      "9: Update",
      "10: Close"
    ],
    finished: boxes
  },
  {
    file: "githubTodo.md",
    path: "TODO.md",
    isNamed: true,
    order: [
      "#188",
      "**#191**",
      "[#193]",
      "~~Keep the old theme~~ Remove",
      "`config.legacy`",
      "#195",
      "#196",
      "Badge",
      "Migration script"
    ],
    finished: boxes
  },
  {
    file: "bmadStory.md",
    path: "docs/stories/3.2.reset-password.md",
    isNamed: true,
    order: [
      "1.1: Table",
      "1.2: Function",
      "2.1: Route",
      "2.2: The same",
      "2.3: Mail",
      "3.1: Page",
      "3.2: Ends",
      "4: Remove old tokens"
    ],
    finished: boxes
  },
  {
    file: "openSpec.md",
    path: "openspec/changes/add-2fa/tasks.md",
    isNamed: true,
    order: [
      "1.2: Create OTP",
      "2.1: Add OTP",
      "2.2: Modify",
      "2.3: Add OTP",
      "3.1: Create OTP",
      "3.2: Update",
      "4.1: Describe",
      "4.2: Run"
    ],
    finished: boxes
  }
]
