public class Counter
{
    private int count;

    public int Next()
    {
        lock (this)
        {
            return ++count;
        }
    }
}
