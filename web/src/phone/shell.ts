/** Which requests the service worker answers, and under which name it keeps them. Everything else passes it by. */

export const shellOf = ({ origin, pathname }: URL, home: string): string | undefined => {
  if (origin !== home) return undefined;
  if (["/code", "/scanner", "/kiosk", "/group"].includes(pathname) || pathname.startsWith("/phone/")) return pathname;
  return /^\/p\/[\w-]+$/.test(pathname) ? "/p/" : undefined;
};

export const mayKeep = (response: Response): boolean => response.ok && !response.redirected && response.type === "basic";
