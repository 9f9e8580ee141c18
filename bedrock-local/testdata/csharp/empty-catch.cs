public class Config
{
    public int Port(string text)
    {
        try
        {
            return int.Parse(text);
        }
        catch (FormatException) { }
        return 8080;
    }
}
