/** Opens an authorization URL as a browser would, and returns where the server sends it. */
export async function follow(url: string | URL): Promise<string> {
  const answer = await fetch(url, { redirect: 'manual' });
  const location = answer.headers.get('location');
  if (location === null) throw new Error(`No redirect, but status ${answer.status}.`);
  return location;
}
