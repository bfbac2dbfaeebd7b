/** For a test of how soon something happens: a machine that is busy with other suites may be late, but not three times in a row. */
export const onBusyMachines = { retry: 2 } as const;
