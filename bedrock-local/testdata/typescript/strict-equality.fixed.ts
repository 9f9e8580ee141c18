export function isOwner(user: User, doc: Doc): boolean {
  return user.id === doc.ownerId;
}
