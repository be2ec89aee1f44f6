/** Time of the codes. An epoch is one day, 04:00 to 04:00 in Shanghai; a step is one minute of it. Times are unix seconds. */
const SHIFT = 14400;
const DAY = 86400;

export const STEPS = 1440;
export const epochOf = (t: number): number => Math.floor((t + SHIFT) / DAY);
export const epochStart = (epoch: number): number => epoch * DAY - SHIFT;
export const minuteOf = (t: number): number => Math.floor((t + SHIFT) / 60);
export const stepOf = (t: number): number => minuteOf(t) % STEPS;
