public class Session
{
    public bool Expired(DateTime until)
    {
        return until < DateTime.Now;
    }
}
