public class UserDao {
    public ResultSet find(Statement statement, String mail) throws SQLException {
        return statement.executeQuery("SELECT * FROM users WHERE mail = '" + mail + "'");
    }
}
