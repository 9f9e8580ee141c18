public class Users
{
    public SqlCommand Find(SqlConnection connection, string name)
    {
        return new SqlCommand($"SELECT Id FROM Users WHERE Name = '{name}'", connection);
    }
}
