public class Sessions {
    public void expire(List<Session> sessions, long now) {
        for (Session session : sessions) {
            if (session.expires() < now) {
                sessions.remove(session);
            }
        }
    }
}
