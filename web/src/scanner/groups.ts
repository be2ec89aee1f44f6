/** Groups are another page, which needs the network: the desk is left only when that page answers. */
const PATIENCE = 3000;

/** Goes there, with the code that a group's leader showed; false when there is no network to go by. */
export const openGroups = async (code: string): Promise<boolean> => {
  const answers = await fetch("/group", { signal: AbortSignal.timeout(PATIENCE) }).then(({ ok }) => ok, () => false);
  if (answers) location.assign("/group" + (code && "#" + encodeURIComponent(code)));
  return answers;
};
