/** Channel on which servers tell each other which journals have changed: ids, separated by commas. */
export const changeChannel = 'slipway_changes';
