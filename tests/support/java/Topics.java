import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/**
 * usage: Topics SERVERS create TOPIC PARTITIONS REPLICAS NAME=VALUE… | grow TOPIC PARTITIONS | delete TOPIC
 *        | move TOPIC PARTITION BROKER | settings TOPIC | truncate TOPIC PARTITION OFFSET
 *        | let-in USER PASSWORD
 */
public class Topics {
  public static void main(String[] args) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", args[0]))) {
      String topic = args[2];
      switch (args[1]) {
        case "create" -> {
          Map<String, String> settings = new HashMap<>();
          for (int i = 5; i < args.length; i++) {
            String[] parts = args[i].split("=", 2);
            settings.put(parts[0], parts[1]);
          }
          NewTopic made = new NewTopic(topic, Integer.parseInt(args[3]), Short.parseShort(args[4])).configs(settings);
          admin.createTopics(List.of(made)).all().get();
        }
        case "grow" -> admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(Integer.parseInt(args[3])))).all().get();
        case "delete" -> admin.deleteTopics(List.of(topic)).all().get();
        case "move" -> {
          var partition = new TopicPartition(topic, Integer.parseInt(args[3]));
          var only = new NewPartitionReassignment(List.of(Integer.parseInt(args[4])));
          admin.alterPartitionReassignments(Map.of(partition, Optional.of(only))).all().get();
          while (!admin.listPartitionReassignments().reassignments().get().isEmpty()) Thread.sleep(20);
        }
        case "truncate" -> {
          var partition = new TopicPartition(topic, Integer.parseInt(args[3]));
          admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(Long.parseLong(args[4])))).all().get();
        }
        case "let-in" -> {
          var scram = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096);
          admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(args[2], scram, args[3]))).all().get();
        }
        case "settings" -> {
          var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
          for (var entry : admin.describeConfigs(List.of(resource)).all().get().get(resource).entries()) {
            System.out.println(entry.name() + "=" + entry.value());
          }
        }
        default -> throw new IllegalArgumentException(args[1]);
      }
    }
  }
}
