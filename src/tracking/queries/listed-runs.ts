/**
 * Which runs are listed without being asked for: trials, steps and the sweeps that are steps belong to another run and are
 * found through it.
 */
export const listedRuns = "r.kind NOT IN ('trial', 'step') AND (r.kind <> 'sweep' OR r.parent IS NULL)";
