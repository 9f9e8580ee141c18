public class Importer
{
    public void Run(ILogger log)
    {
        try
        {
            Load();
        }
        catch (IOException ex)
        {
            log.Error(ex);
            throw ex;
        }
    }
}
