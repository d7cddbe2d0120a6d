"""The names and sentences of the demo site."""

from rooms.moderation.models import Category

# Address and name. The first four are those whom the command prints.
ADA, MONA, OLGA, MAX = "ada@meet.example", "mona@meet.example", "olga@rivertown.example", "max@rivertown.example"
RAVI = "ravi@meet.example"
PEOPLE = (
    (ADA, "Ada Marsh"),
    (MONA, "Mona Vogel"),
    (OLGA, "Olga Petrova"),
    (MAX, "Max Berger"),
    (RAVI, "Ravi Menon"),
    ("imke@rivertown.example", "Imke de Vries"),
    ("sam@rivertown.example", "Sam O'Connor"),
    ("aylin@rivertown.example", "Aylin Yıldız"),
    ("chen@rivertown.example", "陈美玲"),
    ("jonas@school.example", "Jonas Lindqvist"),
    ("leila@school.example", "ليلى حداد"),
    ("tomasz@school.example", "Tomasz Wójcik"),
    ("nora@school.example", "Nora Kristiansen"),
    ("dimitri@school.example", "Δημήτρης Παπαδόπουλος"),
    ("yuki@school.example", "高橋 由紀"),
    ("bea@practice.example", "Dr. Beatrice Fontaine"),
    ("emil@practice.example", "Emil"),
    ("rosa@practice.example", "Rosa Jiménez García"),
    ("hanna@choir.example", "Hanna 🎶"),
    ("gustav@choir.example", "Gustav Adolf Freiherr von und zu Hohenstein-Wallersdorf"),
    ("priya@choir.example", "Priya S."),
    ("kwame@choir.example", "Kwame Boateng"),
    ("lars@choir.example", "Lars"),
    ("zoe@mail.example", "Zoë"),
    ("mallory@mail.example", "Mallory Quick"),
    ("eve@mail.example", "Free Crypto Support"),
    ("trent@mail.example", "Trent Harding"),
    ("nils.august.maximilian.oppenheimer-lund@mail.example", "Nils August Maximilian Oppenheimer-Lund"),
    ("paula@mail.example", "Paula"),
    ("ivan@mail.example", "Иван Соколов"),
)
UNCONFIRMED = {"lars@choir.example", "paula@mail.example", "ivan@mail.example"}
SUSPENDED = {"mallory@mail.example", "eve@mail.example", "trent@mail.example"}
WITH_SECOND_FACTOR = {RAVI, "bea@practice.example", "jonas@school.example", "chen@rivertown.example"}

ROOMS = (
    "Monday meeting", "Design review", "One to one with Max", "All hands", "Interviews", "Retrospective",
    "Coffee corner", "Release planning", "Support rota", "On-call handover",
    "Class 7b: maths", "Parents' evening", "Teachers' room", "School council", "Homework help", "دروس العربية",
    "Εργαστήριο φυσικής", "日本語クラス", "Consultation: Dr. Fontaine", "Second opinion", "Team of the practice",
    "Speech therapy, Tuesdays", "Sopranos", "Altos and tenors", "Whole choir", "Board of the choir", "Summer tour",
    "Singing lesson", "Book club", "Family", "Grandma's birthday 🎂", "Game night", "Tandem Polish and English",
    "Neighbours", "Allotment", "Wedding planning", "Running group", "Free money webinar", "Win a phone now!!!",
    "Chat and fun", "Late night", "Old project", "Workshop 2024", "Guest lecture by a speaker with a very long title "
    "about mountains", "Test", "Test", "Holiday flat", "Tax office hours", "Language café", "Podcast recording",
)  # fmt: skip
LINK_LABELS = (
    "", "", "For guests", "Group chat", "Mum", "Newsletter", "Candidates", "Substitute", "Parents", "The new colleague",
    "Everyone in the choir", "Notice board in the entrance hall, second floor, beside the lift",
)  # fmt: skip

# Category, and what the person wrote. Every category is there with and without words, short and long.
REPORTS: tuple[tuple[Category, str], ...] = (
    (Category.CHILDREN, "A grown man in this call asks my daughter (she is 11) for her address and wants to meet her "
     "tomorrow after school. He calls himself Chris. She showed me the chat, I have closed the laptop and kept it."),
    (Category.CHILDREN, ""),
    (Category.HARASSMENT, "He knows where I live and says he will come to my house tonight. I am afraid."),
    (Category.HARASSMENT, "Kept shouting at Nora whenever she spoke, and would not stop when asked.\n\nIt was the "
     "third Thursday in a row; the owner was there and did nothing."),
    (Category.HARASSMENT, ""),
    (Category.SEXUAL, "Showed himself naked to the whole class. Seven pupils were in the call."),
    (Category.SEXUAL, "Comments about my body, all evening."),
    (Category.SEXUAL, ""),
    (Category.HATE, "Read out a text that calls for violence against people like me. قال أشياء فظيعة أمام الجميع."),
    (Category.HATE, "Swastika as virtual background."),
    (Category.FRAUD, "Pretends to be my bank. Wanted me to share the screen while I sign in, and asked for the code "
     "from the text message. My mother has already lost 1,200 euros to the same person."),
    (Category.FRAUD, "This person uses my name and my picture to invite my customers: https://meet.example.invalid/i. "
     "Please stop it, my customers are transferring money. " + "I can send you the emails. " * 12),
    (Category.FRAUD, ""),
    (Category.DISRUPTION, "Joins every Monday with a new name, plays loud music and leaves."),
    (Category.DISRUPTION, "Advertises a webinar in every room of the choir."),
    (Category.DISRUPTION, ""),
    (Category.OTHER, "I think the account of my late father is still being used by someone."),
    (Category.OTHER, "その人は私の写真を無断で録画していると言いました。"),
)  # fmt: skip
REASONS = (
    "Seen it myself in the room.",
    "Third report about the same person within a week; two of the reporters do not know each other.",
    "The owner has answered by email and apologised.",
    "Reported to the police, reference 2026/4711. Kept until they answer.",
    "A misunderstanding: both have written that it is settled between them.",
    "Advertising, as before.",
    "No answer to two emails.",
)
WARNING_REASONS = ("First warning: shouting at others.", "Second warning. Next time we suspend the account.")
