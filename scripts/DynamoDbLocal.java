// DynamoDB Local, only on 127.0.0.1. `scripts/dynamodb-local` runs it as `java -cp … DynamoDbLocal.java PORT`.
//
// Amazon's main class has no option for the address and listens on every interface, so other machines of the network
// could read and write the tables. This class creates the same server and sets the address before the start. Port 0
// takes a free port without a race with other processes. It prints the port as `listening on PORT`.

import java.lang.reflect.Field;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import software.amazon.dynamodb.services.local.main.ServerRunner;
import software.amazon.dynamodb.services.local.server.DynamoDBProxyServer;

final class DynamoDbLocal {
    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[0]);
        // Without -port, which refuses 0: the connector below gets the port.
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
