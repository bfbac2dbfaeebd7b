const giveUpAfterMs = 2000;

/** Kills every process of a group and resolves once none is left, or when something hangs in the kernel of the system. */
export async function endGroup(group: number): Promise<void> {
  const until = performance.now() + giveUpAfterMs;
  for (let waitMs = 1; signal(group) && performance.now() < until; waitMs = Math.min(waitMs * 2, 50))
    await new Promise((resolve) => setTimeout(resolve, waitMs));
}

/** False when the group is gone. */
function signal(group: number): boolean {
  try {
    process.kill(-group, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}
