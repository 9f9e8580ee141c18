public class Sessions
{
    public void Expire(List<Session> sessions)
    {
        foreach (var session in sessions)
        {
            if (session.Expired)
            {
                sessions.Remove(session);
            }
        }
    }
}
