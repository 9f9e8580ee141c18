public class Files
{
    public string FirstLine(string path)
    {
        var reader = new StreamReader(path);
        return reader.ReadLine();
    }
}
