/** What both servers of the benchmark say to the process that measures. */

/** Says that it is ready, and from then on what this process has used of the processor, in milliseconds. */
export const answerUsage = (port: number): void => {
  process.on("message", () => {
    const { user, system } = process.cpuUsage()
    process.send?.({ cpuMs: (user + system) / 1000 })
  })
  process.send?.({ port })
}
