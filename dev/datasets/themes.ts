// What the tables of the text-to-SQL set are about: per theme its tables and the columns they may have.
// Only words of ./words are used, so that the tokenizer of builtin/tiny has each as one token.
import type { Random } from "../../src/core/random.ts";
import { type Column, pick } from "./tables.ts";
import { firstYear, lastYear, people, roundNumbers } from "./words.ts";

export interface Theme {
  tables: readonly string[];
  columns: readonly ThemeColumn[];
}

/** A column with the values it may hold, as SQL writes them. */
export interface ThemeColumn extends Column {
  value: (random: Random) => string;
}

const list = (text: string): string[] => text.trim().split(/\s+/);

const texts: Record<string, readonly string[]> = {
  person: people,
  city: list(`Paris London Berlin Madrid Rome Vienna Prague Warsaw Athens Lisbon Dublin Oslo Stockholm Helsinki
    Milan Naples Venice Munich Hamburg Lyon Seville Valencia Porto Glasgow Oxford Moscow Riga Cairo Lagos Nairobi
    Tokyo Osaka Kyoto Seoul Beijing Manila Hanoi Bangkok Jakarta Mumbai Delhi Tehran Dubai Sydney Perth Boston
    Chicago Dallas Denver Miami Seattle Toronto Montreal Havana Lima Bogota Quito Santiago`),
  country:
    list(`France Germany Spain Italy Portugal Greece Poland Hungary Austria Belgium Denmark Norway Sweden
    Finland Iceland Ireland Scotland Wales England Russia Romania Croatia Turkey Egypt Morocco Kenya Uganda Nigeria
    Ghana Senegal China Japan Korea Vietnam Thailand India Nepal Iran Israel Australia Canada Mexico Cuba Panama
    Colombia Ecuador Peru Bolivia Chile Argentina Brazil`),
  language:
    list(`English French German Spanish Italian Portuguese Greek Polish Dutch Danish Swedish Finnish Russian
    Turkish Arabic Persian Hindi Tamil Thai Chinese Japanese Korean Latin Swahili Hebrew Irish Welsh`),
  color:
    list(`red blue green yellow purple pink brown black white gray silver golden beige crimson scarlet maroon
    magenta turquoise teal`),
  material:
    list(`wood steel iron glass plastic paper cotton wool silk linen leather rubber concrete brick marble
    granite clay bamboo copper bronze aluminum titanium`),
  status: list(
    "open closed active inactive pending approved rejected cancelled delayed finished planned ready",
  ),
  size: list("small large tiny huge tall short narrow wide deep shallow thick thin"),
  quality: list(
    "new used rare common cheap expensive simple complex modern ancient premium standard basic deluxe",
  ),
  day: list("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
  month: list("January February March April August September October November December"),
  season: list("summer autumn winter"),
  music: list("jazz pop folk blues soul disco punk reggae classical ambient gospel"),
  genre: list(
    "comedy drama thriller horror romance mystery fantasy adventure biography satire tragedy",
  ),
  sport:
    list(`football basketball baseball hockey tennis golf rugby cricket volleyball boxing wrestling rowing
    sailing cycling fencing archery judo chess`),
  subject: list(
    "physics chemistry biology history geography economics philosophy astronomy algebra geometry",
  ),
  fuel: list("diesel petrol electric hybrid solar nuclear hydrogen"),
  taste: list("sweet sour bitter salty spicy mild rich plain fresh"),
  level: list("junior senior amateur professional expert novice"),
  region: list("northern southern eastern western central coastal tropical polar rural urban"),
  temper: list("wild tame gentle fierce brave shy calm noisy quiet lazy clever"),
};

/** Names of towns, for texts that need a place to live in. */
export const cities = texts["city"] ?? [];

const between = (low: number, high: number) => (random: Random) =>
  String(low + random.integer(high - low + 1));
const numbers: Record<string, (random: Random) => string> = {
  number: between(1, 99),
  age: between(18, 80),
  round: (random) => String(pick(random, roundNumbers)),
  year: between(firstYear, lastYear),
};

/** `age:age city:city size`: column names with the values they hold, a size being named as its values. */
function columnsOf(text: string): ThemeColumn[] {
  return list(text).map((entry) => {
    const [name = "", source = name] = entry.split(":");
    const number = numbers[source];
    if (number !== undefined) return { name, kind: "number", value: number };
    const values = texts[source];
    if (values === undefined) throw new RangeError(`no values are known for ${entry}`);
    return { name, kind: "quality", value: (random) => `'${pick(random, values)}'` };
  });
}

const theme = (tables: string, columns: string): Theme => ({
  tables: list(tables),
  columns: columnsOf(columns),
});

export const themes: readonly Theme[] = [
  theme(
    `singers dancers painters writers poets actors musicians drummers guitarists pianists composers conductors comedians
     magicians photographers violinists`,
    `country language genre:music label:city band:city age manager:person salary:round year:year rank:number fee:round
     height:round instrument:level city followers:round`,
  ),
  theme(
    `runners swimmers cyclists boxers wrestlers skaters skiers climbers golfers archers fencers rowers divers surfers
     players coaches referees gymnasts`,
    `country sport coach:person team:city points:number wins:number losses:number height:round weight:number age level:level
     sponsor:city score:number medal:quality speed:number`,
  ),
  theme(
    `teachers students nurses doctors surgeons dentists pilots sailors captains farmers bakers cooks waiters drivers
     mechanics plumbers carpenters lawyers judges clerks bankers detectives engineers librarians translators`,
    `age salary:round city department:subject employer:city grade:level status manager:person bonus:round shift:day wage:number
     degree:subject role:level pension:round overtime:number vacation:month`,
  ),
  theme(
    `cities towns villages islands rivers lakes mountains valleys canyons deserts forests glaciers volcanoes caves
     waterfalls beaches parks meadows`,
    `country region:region population:round area:round elevation:round weather:temper depth:number length:round temperature:number
     rainfall:number humidity:number mayor:person soil:color language season:season`,
  ),
  theme(
    `cars trucks vans buses trams trains locomotives motorcycles scooters tractors boats ships ferries yachts planes
     helicopters gliders drones`,
    `maker:city model:quality color fuel price:round speed:number year:year weight:round owner:person engine:size power:round
     range:round seat:number mileage:round brand:city capacity:number driver:person`,
  ),
  theme(
    `dogs cats horses ponies cows goats sheep pigs rabbits foxes wolves bears lions tigers elephants zebras monkeys
     otters whales dolphins parrots pigeons eagles owls penguins turtles lizards snakes`,
    `habitat:region color fur:size diet:taste age weight:number height:round owner:person lifespan:number length:number speed:number
     condition:temper litter:number tail:size breed:country`,
  ),
  theme(
    `apples pears plums cherries grapes lemons oranges soups salads sandwiches pizzas burgers pancakes cakes pies cookies
     cheeses sausages sauces spices teas coffees juices wines desserts`,
    `taste origin:country price:number calories:round color sugar:number fat:number protein:number vendor:person region:region
     quality acidity:number texture:size aroma:taste weight:round season:season`,
  ),
  theme(
    `books novels stories poems essays articles magazines comics manuals reports dictionaries`,
    `author:person language genre pages:round price:number year:year publisher:city rating:number subject chapters:number editor:person
     copies:round status readers:round`,
  ),
  theme(
    `films movies cartoons documentaries songs albums concerts operas ballets musicals festivals`,
    `director:person producer:person country genre year:year rating:number duration:number budget:round studio:city votes:round
     audience:round artist:person month actor:person`,
  ),
  theme(
    `houses cottages cabins castles palaces temples churches towers lighthouses hotels hostels restaurants cafes museums
     theaters stadiums schools hospitals libraries factories`,
    `city country height:round year:year material owner:person capacity:round rent:round floor:number rating:number style:quality
     founder:person region:region status staff:number surface:round`,
  ),
  theme(
    `shirts sweaters jackets coats dresses skirts boots sandals hats scarves gloves rings bracelets necklaces watches
     umbrellas suitcases backpacks`,
    `color material size price:round brand:city discount:number owner:person vendor:person origin:country weight:round pattern:size
     season:season quality quantity:number`,
  ),
  theme(
    `clocks lamps fans ovens stoves refrigerators toasters kettles drills hammers ladders laptops tablets phones printers
     cameras speakers radios telescopes robots pumps batteries sensors`,
    `maker:city color material price:round power:round voltage:number weight:number year:year warranty:size memory:number storage:round
     efficiency:number vendor:person condition:quality rating:number`,
  ),
  theme(
    `companies firms startups brands shops bakeries markets banks suppliers vendors`,
    `city country industry:subject founder:person manager:person year:year profit:round revenue:round customer:person score:number
     share:number status staff:round branch:region debt:round`,
  ),
  theme(
    `orders purchases payments loans shipments deliveries parcels packages invoices receipts tickets contracts`,
    `customer:person status amount:round day month fee:number discount:number destination:city origin:country weight:number
     tax:number client:person quantity:number partner:person`,
  ),
  theme(
    `flights voyages journeys tours cruises routes trails trips`,
    `origin:city destination:city pilot:person distance:round duration:number passenger:person day month price:round fare:round guest:person
     status airline:country crew:number`,
  ),
  theme(
    `games tournaments matches races contests quizzes lessons courses lectures seminars workshops meetings interviews`,
    `winner:person city day month season:season score:number duration:number attendance:round teacher:person subject level:level room:number
     champion:person country tuition:round`,
  ),
];
