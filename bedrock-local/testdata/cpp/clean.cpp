#include <memory>
#include <string>
#include <vector>

namespace shop {

class Cart {
public:
    void add(std::unique_ptr<Item> item) { items_.push_back(std::move(item)); }

    long total() const
    {
        long sum = 0;
        for (const auto& item : items_) {
            if (item != nullptr && item->name() != "gift") {
                sum += item->cents();
            }
        }
        return sum;
    }

private:
    std::vector<std::unique_ptr<Item>> items_;
    std::string note_ = R"(delete x; if (a = 1); NULL)";
};

}  // namespace shop
