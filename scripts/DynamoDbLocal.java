// DynamoDB Local, listening on 127.0.0.1 only. Run by `scripts/dynamodb-local` as `java -cp … DynamoDbLocal.java PORT`.
//
// Its own main class has no option for the address and listens on every interface, where anyone on the network can read
// and write the tables. This one makes the same server and sets the address before it starts. Port 0 takes a free port,
// which nobody else can grab in between; the port taken is printed as `listening on PORT`.

import java.lang.reflect.Field;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import software.amazon.dynamodb.services.local.main.ServerRunner;
import software.amazon.dynamodb.services.local.server.DynamoDBProxyServer;

final class DynamoDbLocal {
    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[0]);
        // No -port: it refuses 0, and the connector below gets the real one.
        DynamoDBProxyServer local = ServerRunner.createServerFromCommandLineArgs(
                new String[] {"-inMemory", "-sharedDb", "-disableTelemetry"});

        Field field = DynamoDBProxyServer.class.getDeclaredField("server");
        field.setAccessible(true);
        Server server = (Server) field.get(local);
        for (Connector connector : server.getConnectors()) {
            ((ServerConnector) connector).setHost("127.0.0.1");
            ((ServerConnector) connector).setPort(port);
        }

        local.start();
        System.out.println("listening on " + ((ServerConnector) server.getConnectors()[0]).getLocalPort());
        local.join();
    }
}
